import preset from '../../../jest.preset.mjs';

export default { ...preset, displayName: 'speed-view-store-redis' };
