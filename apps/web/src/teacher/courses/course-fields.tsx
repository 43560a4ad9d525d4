import { Group, NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import type { Course } from '@rollcall/contracts/api/enrollment';
import { AmountInput } from '../../parts/amount-input.js';
import { useWords } from '../../words/words.js';
import { amountOf, type FieldsOf, fieldOf, HINT_BELOW } from '../form-field.js';

/** Those most asked for; the API takes any of ISO 4217. */
const CURRENCIES = ['USD', 'EUR', 'GBP', 'UAH', 'PLN', 'CHF', 'CZK', 'JPY'];

export interface CourseValues {
  readonly title: string;
  readonly description: string;
  /** Minor units. */
  readonly price: number | undefined;
  readonly currency: string;
  readonly maxStudents: string;
}

export const NO_COURSE: CourseValues = {
  ...{ title: '', description: '', price: undefined, currency: 'USD', maxStudents: '' },
};

export const valuesOf = ({ title, description, price, maxStudents }: Course): CourseValues => ({
  ...{ title, description, price: price.amount, currency: price.currency },
  maxStudents: maxStudents === null ? '' : String(maxStudents),
});

/** As the API takes it. */
export const courseOf = ({ title, description, price = 0, currency, maxStudents }: CourseValues) => ({
  ...{ title, description, price: { amount: price, currency } },
  maxStudents: maxStudents === '' ? null : Number(maxStudents),
});

interface CourseFieldsProps {
  readonly form: FieldsOf;
  readonly currency: string;
  /** It was on sale once. */
  readonly isCurrencyFixed: boolean;
  readonly isDisabled?: boolean;
}

export function CourseFields({ form, currency, isCurrencyFixed, isDisabled }: CourseFieldsProps) {
  const t = useWords('teacher');
  const text = (name: keyof CourseValues) => ({ ...fieldOf(form, name), disabled: isDisabled });
  const choice = text('currency');
  const most = text('maxStudents');
  return (
    <>
      <TextInput label={t('course.name')} required maxLength={200} {...text('title')} />
      <Textarea
        label={t('course.description')}
        description={t('course.descriptionHint')}
        maxLength={5000}
        autosize
        minRows={3}
        maxRows={12}
        {...text('description')}
      />
      <Group align="flex-start" gap="sm">
        <AmountInput
          currency={currency}
          label={t('course.price')}
          description={t('course.priceHint')}
          inputWrapperOrder={HINT_BELOW}
          maw={260}
          {...amountOf(form, 'price')}
          disabled={isDisabled}
        />
        <Select
          inputWrapperOrder={HINT_BELOW}
          label={t('course.currency')}
          description={isCurrencyFixed ? t('course.currencyFixed') : undefined}
          data={CURRENCIES.includes(currency) ? CURRENCIES : [currency, ...CURRENCIES]}
          allowDeselect={false}
          searchable
          maw={180}
          {...choice}
          onChange={(chosen) => chosen && choice.onChange(chosen)}
          disabled={isDisabled || isCurrencyFixed}
        />
        <NumberInput
          inputWrapperOrder={HINT_BELOW}
          label={t('course.most')}
          description={t('course.mostHint')}
          min={1}
          max={100_000}
          allowDecimal={false}
          allowNegative={false}
          hideControls
          maw={200}
          {...most}
          onChange={(value) => most.onChange(String(value))}
        />
      </Group>
    </>
  );
}
