import preset from '../../../jest.preset.mjs';

export default { ...preset, displayName: 'master-dataset-parquet' };
