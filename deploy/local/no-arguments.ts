/** `npm start -- --help` asks something; bringing up six services, or dropping their data, is no answer to it. */
export function refuseArguments(args: readonly string[], says: string): number | undefined {
  if (args.length === 0) return undefined;
  const asked = args.some((arg) => ['--help', '-h', 'help'].includes(arg));
  (asked ? process.stdout : process.stderr).write(
    `${asked ? '' : `No arguments, please: ${args.join(' ')}\n`}${says}\n`,
  );
  return asked ? 0 : 2;
}
