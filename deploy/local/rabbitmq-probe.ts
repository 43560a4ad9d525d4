import amqp from 'amqplib';

/**
 * Logs in, declares a queue that ends with the connection, and answers the version. Other brokers of the protocol are
 * refused: the one tried (garagemq) ignored time-outs, dead letters and delivery limits without a word.
 */
export async function probe(url: string): Promise<string> {
  const connection = await amqp.connect(url, { timeout: 3_000 });
  connection.on('error', () => undefined); // the call in flight rejects with the same
  try {
    const { product, version } = connection.connection.serverProperties;
    if (product !== 'RabbitMQ') throw new Error(`is ${product}, not RabbitMQ`);
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    await channel.assertQueue('', { exclusive: true });
    return String(version);
  } finally {
    await connection.close().catch(() => undefined);
  }
}
