export { durationText } from '../core/duration-text.ts';
