// Runs inside a host's namespace: answers on the VIPs with the host's name, from the VIP. Arguments: NAME PORT VIP…
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';

const [name = '', port = '', ...vips] = process.argv.slice(2);
const answer = Buffer.from(name);

const bound = vips.map(
  (vip) =>
    new Promise<void>((resolve, reject) => {
      const socket = createSocket(isIPv6(vip) ? 'udp6' : 'udp4');
      socket.on('message', (question, from) => {
        // A vanished VIP makes the send fail; for the client that is silence, as it should be.
        socket.send([question, answer], from.port, from.address, () => undefined);
      });
      socket.once('error', reject);
      // Bound to the VIP, so that answers leave from it as a real service's do. The lab allows that ahead of time.
      socket.bind(Number(port), vip, () => {
        socket.off('error', reject);
        socket.on('error', () => undefined);
        resolve();
      });
    }),
);

await Promise.all(bound);
process.send?.('ready');
process.on('disconnect', () => process.exit(0)); // the lab has gone
