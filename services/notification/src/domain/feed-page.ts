export interface FeedRow {
  readonly id: number;
  readonly userId: string;
  readonly resource: string;
  readonly resourceId: string | null;
  readonly type: string;
  readonly sessionId: string | null;
  readonly courseId: string | null;
  readonly at: Date;
}

export interface FeedPage {
  readonly rows: readonly FeedRow[];
  /** All up to this id was there to be seen, or was deleted. */
  readonly head: number;
  /** What is not above this id may have been deleted. */
  readonly floor: number;
}
