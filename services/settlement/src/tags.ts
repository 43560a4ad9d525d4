/** What the ETags of settlement's resources name: the state that an admin decides by. */
import { etag } from '@rollcall/kit/etag';

interface HoldState {
  readonly decisionVersion: number;
  readonly isPaid: boolean;
  readonly status: string;
}

export const holdTag = ({ decisionVersion, isPaid, status }: HoldState): string => {
  if (status === 'disputed') return etag(`${decisionVersion}-disputed`);
  return etag(isPaid ? `${decisionVersion}-paid` : decisionVersion);
};

/** Nothing of a review changes but that it is closed. */
export const reviewTag = ({ status }: { status: string }): string => etag(status);

/** A dispute is decided by what its hold had come to, too. */
export const disputeTag = ({
  status,
  decisionVersion,
}: {
  readonly status: string;
  readonly decisionVersion: number;
}): string => etag(`${status}-${decisionVersion}`);
