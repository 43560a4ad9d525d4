/** What the ETags of settlement's resources name: the state that an admin decides by. */
import { etag } from '@rollcall/kit/etag';

export const holdTag = ({ decisionVersion, isPaid }: { decisionVersion: number; isPaid: boolean }): string =>
  etag(isPaid ? `${decisionVersion}-paid` : decisionVersion);

/** Nothing of a review changes but that it is closed. */
export const reviewTag = ({ status }: { status: string }): string => etag(status);
