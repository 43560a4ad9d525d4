/** A dozen processes that start beside other work take longer than a unit test's thirty seconds; a hook cut off leaves them behind. */
import { jest } from '@jest/globals';

jest.setTimeout(120_000);
