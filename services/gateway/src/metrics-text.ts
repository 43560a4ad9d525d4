/** Figures out of the text of a service's `/metrics`. */
import type { ServiceState, SystemState } from '@rollcall/contracts/api/system';
import type { Look } from './replicas.js';

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Every sample of one name. */
function samplesOf(text: string, name: string): Sample[] {
  const found: Sample[] = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith(name)) continue;
    const [, labels = '', value] = /^\{?([^}]*)\}? (\S+)$/.exec(line.slice(name.length)) ?? [];
    if (value === undefined) continue;
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', text = '']) => [key, text]);
    found.push({ labels: Object.fromEntries(pairs), value: Number(value) });
  }
  return found;
}

/** The one with this label's value, where a label is named. */
const figure = (text: string, name: string, label?: readonly [string, string]): number | undefined =>
  samplesOf(text, name).find(({ labels }) => label === undefined || labels[label[0]] === label[1])?.value;

/** A service by what its replicas say: of what they share, the first that answers. */
export function stateOf(name: string, looks: readonly Look[]): ServiceState {
  const text = looks.find(({ metrics }) => metrics !== '')?.metrics ?? '';
  const whole = (metric: string, label?: readonly [string, string]) => figure(text, metric, label) ?? 0;
  const stores = figure(text, 'outbox_unpublished') !== undefined;
  const live = figure(text, 'queue_messages', ['queue', 'live']);
  return {
    name,
    replicas: looks.map(({ address, state, metrics }) => ({
      ...{ address, state },
      version: samplesOf(metrics, 'rollcall_build_info')[0]?.labels.version ?? null,
    })),
    outbox: stores
      ? { unpublished: whole('outbox_unpublished'), oldestSeconds: whole('outbox_oldest_age_seconds') }
      : null,
    inbox: stores
      ? {
          waiting: whole('inbox_waiting', ['status', 'waiting']),
          retrying: whole('inbox_waiting', ['status', 'retrying']),
          ...{ overdue: whole('inbox_waiting_overdue'), dead: whole('dead_total') },
        }
      : null,
    queue: live === undefined ? null : { waiting: live, dead: whole('queue_messages', ['queue', 'dead']) },
  };
}

const STATES = ['closed', 'half-open', 'open'] as const;

/** The breakers of a service's own, such as before the card provider. */
export const circuitsIn = (from: string, text: string): SystemState['circuits'] =>
  samplesOf(text, 'circuit_state').map(({ labels, value }) => ({
    ...{ from, to: labels.upstream ?? '', state: STATES[value] ?? 'closed' },
  }));
