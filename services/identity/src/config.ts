import { readConfig, serviceSettings } from '@rollcall/kit/config';
import { keyList } from '@rollcall/kit/sealed';
import { z } from 'zod';

export const settings = z.object({
  ...serviceSettings,
  IDENTITY_KEYS: keyList.meta({
    development: 'development:cm9sbGNhbGwtZGV2ZWxvcG1lbnQtc2lnbmluZy1rZXk=',
    says: 'id:key pairs (32 bytes in base64) that seal the private signing keys; the first one seals',
  }),
  LETTER_KEYS: keyList.meta({
    development: 'development:cm9sbGNhbGwtZGV2ZWxvcG1lbnQtbGV0dGVycy1rZXk=',
    says: 'id:key pairs that seal the tokens of letters on their way to notification; the first one seals',
  }),
});

type Config = z.infer<typeof settings>;

export const config = (): Config => readConfig(settings, process.env);
