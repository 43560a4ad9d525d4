import { Button, Container } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { PageTitle } from '../parts/page-title.js';
import { useWords } from '../words/words.js';

/** Of a page that threw: also after a new version is out, whose chunks have other names. */
function Crash() {
  const t = useWords('common');
  return (
    <Container py="xl">
      <PageTitle words={t('crash.words')}>{t('crash.title')}</PageTitle>
      <Reload />
    </Container>
  );
}

/** Of a part of the frame that threw: all the rest goes on. */
export function Reload({ size }: { readonly size?: 'compact-xs' }) {
  const t = useWords('common');
  return (
    <Button size={size} onClick={() => window.location.reload()}>
      {t('crash.reload')}
    </Button>
  );
}

interface CatchProps {
  /** Another place is another try. */
  readonly place: string;
  /** What stands for the children when they threw. */
  readonly instead?: ReactNode;
  readonly children: ReactNode;
}

interface Tried {
  readonly place: string;
  readonly isBroken: boolean;
}

/** React catches by classes alone. */
export class Catch extends Component<CatchProps, Tried> {
  override state = { place: this.props.place, isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  static getDerivedStateFromProps({ place }: CatchProps, tried: Tried): Tried | null {
    return place === tried.place ? null : { place, isBroken: false };
  }

  override render() {
    const { instead = <Crash />, children } = this.props;
    return this.state.isBroken ? instead : children;
  }
}
