/** An answer that is a file. It is whole in memory: for what is bounded; a list streams as CSV. */
import type { Response } from 'express';

export interface Attachment {
  readonly attachment: true;
  readonly name: string;
  /** Its media type. */
  readonly type: string;
  readonly text: string;
}

export const attachment = (name: string, type: string, text: string): Attachment => ({
  attachment: true,
  ...{ name, type, text },
});

export const isAttachment = (answer: unknown): answer is Attachment =>
  typeof answer === 'object' && answer !== null && 'attachment' in answer && answer.attachment === true;

/** Sends it as UTF-8. It is kept by nobody on the way: whoever asks again is let in again. */
export function sendAttachment(response: Response, { name, type, text }: Attachment): void {
  response
    .status(200)
    .set({
      'Content-Type': `${type}; charset=utf-8`,
      'Content-Disposition': `attachment; filename="${name}"`,
      'Cache-Control': 'no-store',
    })
    .send(Buffer.from(text, 'utf8'));
}
