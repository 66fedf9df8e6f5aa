import { parentPort, workerData } from 'node:worker_threads';
import { seedsOf, type WorkerData } from './campaign.ts';

for (const progress of seedsOf(workerData as WorkerData)) parentPort?.postMessage(progress);
