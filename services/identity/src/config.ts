import { readConfig, serviceSettings } from '@rollcall/kit/config';
import { z } from 'zod';

export const settings = z.object({ ...serviceSettings });

type Config = z.infer<typeof settings>;

export const config = (): Config => readConfig(settings, process.env);
