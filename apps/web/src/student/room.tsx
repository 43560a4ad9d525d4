import '@livekit/components-styles';
import { LiveKitRoom, VideoConference } from '@livekit/components-react';
import { Box } from '@mantine/core';

interface RoomProps {
  readonly url: string;
  readonly token: string;
  readonly onLeave: () => void;
}

/** The class itself; a chunk of its own, larger than all the rest. */
export default function Room({ url, token, onLeave }: RoomProps) {
  return (
    <Box h="75vh" data-lk-theme="default">
      <LiveKitRoom serverUrl={url} token={token} connect video audio onDisconnected={onLeave}>
        <VideoConference />
      </LiveKitRoom>
    </Box>
  );
}
