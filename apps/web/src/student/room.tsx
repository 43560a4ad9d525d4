import '@livekit/components-styles';
import { LiveKitRoom, VideoConference } from '@livekit/components-react';
import { Box } from '@mantine/core';
import { DisconnectReason } from 'livekit-client';

/** Why somebody is out of the room who did not leave it. */
export type Outside = 'elsewhere' | 'over' | 'removed' | 'broken';

const WHY: ReadonlyMap<DisconnectReason | undefined, Outside> = new Map([
  [DisconnectReason.DUPLICATE_IDENTITY, 'elsewhere'],
  [DisconnectReason.ROOM_DELETED, 'over'],
  [DisconnectReason.ROOM_CLOSED, 'over'],
  [DisconnectReason.PARTICIPANT_REMOVED, 'removed'],
]);

interface RoomProps {
  readonly url: string;
  readonly token: string;
  /** Without a reason: by the button. */
  readonly onLeave: (why: Outside | undefined) => void;
}

/** The class itself; a chunk of its own, larger than all the rest. */
export default function Room({ url, token, onLeave }: RoomProps) {
  const leave = (reason?: DisconnectReason) =>
    onLeave(reason === DisconnectReason.CLIENT_INITIATED ? undefined : (WHY.get(reason) ?? 'broken'));
  return (
    <Box h="75vh" data-lk-theme="default">
      <LiveKitRoom serverUrl={url} token={token} connect video audio onDisconnected={leave}>
        <VideoConference />
      </LiveKitRoom>
    </Box>
  );
}
