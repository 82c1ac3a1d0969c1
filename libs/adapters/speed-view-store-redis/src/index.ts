export { RedisSpeedViewStore } from './redis-speed-view-store.js';
export { type RedisOptions } from './redis-connection.js';
