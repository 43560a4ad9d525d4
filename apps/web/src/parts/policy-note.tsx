import { Alert, List } from '@mantine/core';
import { readPolicyInForce } from '@rollcall/contracts/api/settlement';
import { useRead } from '../api/read.js';
import { useWords } from '../words/words.js';

/** When the money of a purchase is released and when it comes back, before one pays. */
export function PolicyNote() {
  const t = useWords('common');
  const { data: policy } = useRead(readPolicyInForce, {});
  const threshold = policy?.thresholdPercent;
  const teacherMin = policy?.teacherMinPercent ?? 0;
  return (
    <Alert color="gray" title={t('policy.title')}>
      <List size="sm" spacing={4}>
        <List.Item>{t('policy.held')}</List.Item>
        <List.Item>
          {threshold === undefined ? t('policy.releasedUsual') : t('policy.released', { percent: threshold })}
        </List.Item>
        <List.Item>
          {threshold === undefined ? t('policy.backUsual') : t('policy.back', { percent: threshold })}
        </List.Item>
        {teacherMin > 0 && <List.Item>{t('policy.teacher', { percent: teacherMin })}</List.Item>}
        <List.Item>{t('policy.cancel')}</List.Item>
        <List.Item>{t('policy.doubt')}</List.Item>
      </List>
    </Alert>
  );
}
