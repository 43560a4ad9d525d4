import { readConfig, serviceSettings } from '@rollcall/kit/config';
import { z } from 'zod';

export const settings = z.object(serviceSettings);

export const readSettings = () => readConfig(settings, process.env);
