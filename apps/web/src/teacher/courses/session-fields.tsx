import { Group, NumberInput, TextInput } from '@mantine/core';
import type { Session } from '@rollcall/contracts/api/enrollment';
import { AmountInput } from '../../parts/amount-input.js';
import { zoneName } from '../../parts/when.js';
import { useWords } from '../../words/words.js';
import { instantOf, localOf } from '../days.js';
import { amountOf, type FieldsOf, fieldOf, HINT_BELOW } from '../form-field.js';

export interface SessionValues {
  readonly number: string;
  readonly title: string;
  /** Of the reader's clock, as a datetime-local field has it. */
  readonly startsAt: string;
  readonly durationMinutes: string;
  /** Minor units. */
  readonly price: number | undefined;
}

export const valuesOf = ({ number, title, startsAt, durationMinutes, price }: Session): SessionValues => ({
  ...{ number: String(number), title, startsAt: localOf(startsAt) },
  ...{ durationMinutes: String(durationMinutes), price: price.amount },
});

/** The one after: a week later, as long and as dear. */
export function nextAfter(last: SessionValues | undefined, taken: readonly number[]): SessionValues {
  const number = String(Math.max(0, ...taken) + 1);
  const start = instantOf(last?.startsAt ?? '');
  return {
    ...{ number, title: '', durationMinutes: last?.durationMinutes ?? '60', price: last?.price },
    startsAt: start === undefined ? '' : localOf(weekLater(start)),
  };
}

/** By the calendar, so that a class at six stays at six when the clocks change. */
function weekLater(start: string): string {
  const at = new Date(start);
  at.setDate(at.getDate() + 7);
  return at.toISOString();
}

/** As the API takes it. A start that is none stays as it is, and is refused at its field. */
export const sessionOf = (values: SessionValues, currency: string) => ({
  number: Number(values.number),
  title: values.title,
  startsAt: instantOf(values.startsAt) ?? values.startsAt,
  durationMinutes: Number(values.durationMinutes),
  price: { amount: values.price ?? 0, currency },
});

interface SessionFieldsProps {
  readonly form: FieldsOf;
  /** Of the session in the form's values: `sessions.0.`, or nothing where they are the session's. */
  readonly path?: string;
  readonly currency: string;
  /** Those that cannot be changed any more. */
  readonly frozen?: readonly (keyof SessionValues)[];
}

export function SessionFields({ form, path = '', currency, frozen = [] }: SessionFieldsProps) {
  const t = useWords('teacher');
  const text = (name: keyof SessionValues) => ({
    ...fieldOf(form, path + name),
    disabled: frozen.includes(name),
  });
  const number = (name: keyof SessionValues) => ({
    ...text(name),
    onChange: (value: string | number) => text(name).onChange(String(value)),
  });
  return (
    <>
      <Group align="flex-start" gap="sm" wrap="nowrap">
        <NumberInput
          label={t('sessionForm.number')}
          required
          allowDecimal={false}
          allowNegative={false}
          min={1}
          max={1000}
          hideControls
          w={90}
          {...number('number')}
        />
        <TextInput
          label={t('sessionForm.title')}
          required
          maxLength={200}
          style={{ flex: 1 }}
          {...text('title')}
        />
      </Group>
      <Group align="flex-start" gap="sm">
        <TextInput
          type="datetime-local"
          inputWrapperOrder={HINT_BELOW}
          label={t('sessionForm.startsAt')}
          description={t('sessionForm.startsAtHint', { zone: zoneName() })}
          required
          {...text('startsAt')}
        />
        <NumberInput
          label={t('sessionForm.length')}
          required
          allowDecimal={false}
          allowNegative={false}
          hideControls
          w={100}
          {...number('durationMinutes')}
        />
        <AmountInput
          currency={currency}
          label={t('sessionForm.price')}
          w={160}
          {...amountOf(form, `${path}price`)}
          disabled={frozen.includes('price')}
        />
      </Group>
    </>
  );
}
