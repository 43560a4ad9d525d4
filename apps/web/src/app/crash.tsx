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
      <Button onClick={() => window.location.reload()}>{t('crash.reload')}</Button>
    </Container>
  );
}

interface CatchProps {
  /** Another place is another try. */
  readonly place: string;
  readonly children: ReactNode;
}

/** React catches by classes alone. */
export class Catch extends Component<CatchProps, { readonly broken: string | undefined }> {
  override state = { broken: undefined };

  static getDerivedStateFromError() {
    return { broken: window.location.pathname };
  }

  override render() {
    return this.state.broken === this.props.place ? <Crash /> : this.props.children;
  }
}
