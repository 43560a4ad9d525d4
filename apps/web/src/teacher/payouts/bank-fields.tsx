import { SimpleGrid, Text, TextInput } from '@mantine/core';
import type { BankAccount } from '@rollcall/contracts/api/withdrawals';
import { useWords } from '../../words/words.js';
import { HINT_BELOW } from '../form-field.js';
import { waitOf } from './wait.js';

export const NO_ACCOUNT = { bankName: '', accountName: '', accountNumber: '', swiftCode: '', branch: '' };
export type AccountFields = typeof NO_ACCOUNT;

/** As the API takes it: what may be left out is, where nothing stands. */
export const accountOf = ({ swiftCode, branch, ...needed }: AccountFields): BankAccount => ({
  ...needed,
  ...(swiftCode.trim() !== '' && { swiftCode }),
  ...(branch.trim() !== '' && { branch }),
});

const FIELDS = [
  ['accountName', 'name', true, 140],
  ['accountNumber', 'off', true, 40],
  ['bankName', 'off', true, 100],
  ['swiftCode', 'off', false, 11],
  ['branch', 'off', false, 100],
] as const;

interface BankFieldsProps {
  /** What a form gives of the field of this name. */
  readonly field: (name: keyof AccountFields) => object;
  readonly coolDownHours: number;
}

export function BankFields({ field, coolDownHours }: BankFieldsProps) {
  const t = useWords('teacher');
  const wait = waitOf(coolDownHours);
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        {FIELDS.map(([name, autoComplete, required, maxLength]) => (
          <TextInput
            key={name}
            label={t(`bank.${name}`)}
            description={required ? undefined : t('bank.optional')}
            required={required}
            autoComplete={autoComplete}
            maxLength={maxLength}
            inputWrapperOrder={HINT_BELOW}
            {...field(name)}
          />
        ))}
      </SimpleGrid>
      <Text size="xs" c="dimmed">
        {t('bank.privacy')}{' '}
        {wait && t(wait.unit === 'Days' ? 'bank.holdBackDays' : 'bank.holdBack', { count: wait.count })}
      </Text>
    </>
  );
}
