import { readConfig, serviceSettings } from '@rollcall/kit/config';
import { z } from 'zod';

const settings = z.object(serviceSettings);

export const readSettings = () => readConfig(settings, process.env);
