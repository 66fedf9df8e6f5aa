import { family } from '../family.ts';

/** The process, under the names that dashboards for any program know. */
export const PROCESS_FAMILIES = [
  family('process_resident_memory_bytes', 'gauge', 'Resident memory of the daemon', [], ({ process }, put) =>
    put(process.residentBytes),
  ),
  family(
    'process_cpu_seconds_total',
    'counter',
    'CPU time of the daemon, user and system',
    [],
    ({ process }, put) => put(process.cpuSeconds),
  ),
  family(
    'process_start_time_seconds',
    'gauge',
    'When the process started, in seconds since 1970',
    [],
    ({ process }, put) => put(process.startedAtSeconds),
  ),
  family('nodejs_heap_size_used_bytes', 'gauge', 'Heap in use', [], ({ process }, put) =>
    put(process.heapUsedBytes),
  ),
  family('nodejs_heap_size_total_bytes', 'gauge', 'Heap taken from the system', [], ({ process }, put) =>
    put(process.heapTotalBytes),
  ),
];
