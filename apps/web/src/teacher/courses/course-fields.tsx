import { Group, NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import type { Course } from '@rollcall/contracts/api/enrollment';
import type { Money } from '@rollcall/contracts/money';
import { useWords } from '../../words/words.js';
import { type Field, HINT_BELOW } from '../form-field.js';
import { minorOf, typedOf } from '../minor.js';
import { MoneyField } from '../money-field.js';

/** Those most asked for; the API takes any of ISO 4217. */
const CURRENCIES = ['USD', 'EUR', 'GBP', 'UAH', 'PLN', 'CHF', 'CZK', 'JPY'];

export const NO_COURSE = { title: '', description: '', price: '', currency: 'USD', maxStudents: '' };
export type CourseValues = typeof NO_COURSE;

export const valuesOf = ({ title, description, price, maxStudents }: Course): CourseValues => ({
  ...{ title, description, price: typedOf(price), currency: price.currency },
  maxStudents: maxStudents === null ? '' : String(maxStudents),
});

/** As the API takes it. */
export const courseOf = ({ title, description, price, currency, maxStudents }: CourseValues) => ({
  ...{ title, description, price: priceOf(price, currency) },
  maxStudents: maxStudents === '' ? null : Number(maxStudents),
});

/** An amount that is none becomes -1, which the API refuses at its field. */
export const priceOf = (typed: string, currency: string): Money => ({
  amount: minorOf(typed, currency) ?? -1,
  currency,
});

interface CourseFieldsProps {
  /** What a form gives of the field of this name. */
  readonly field: (name: keyof CourseValues) => Field;
  readonly currency: string;
  /** It was on sale once. */
  readonly isCurrencyFixed: boolean;
  readonly isDisabled?: boolean;
}

export function CourseFields({ field, currency, isCurrencyFixed, isDisabled }: CourseFieldsProps) {
  const t = useWords('teacher');
  const text = (name: keyof CourseValues) => ({ ...field(name), disabled: isDisabled });
  const number = (name: keyof CourseValues) => ({
    ...text(name),
    onChange: (value: string | number) => field(name).onChange(String(value)),
  });
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
        <MoneyField
          currency={currency}
          label={t('course.price')}
          description={t('course.priceHint')}
          required
          maw={260}
          {...number('price')}
        />
        <Select
          inputWrapperOrder={HINT_BELOW}
          label={t('course.currency')}
          description={isCurrencyFixed ? t('course.currencyFixed') : undefined}
          data={CURRENCIES.includes(currency) ? CURRENCIES : [currency, ...CURRENCIES]}
          allowDeselect={false}
          searchable
          maw={180}
          {...field('currency')}
          onChange={(chosen) => chosen && field('currency').onChange(chosen)}
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
          {...number('maxStudents')}
        />
      </Group>
    </>
  );
}
