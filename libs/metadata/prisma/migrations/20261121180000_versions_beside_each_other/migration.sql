-- Versions of a view live beside each other: of each name the newest serves, what older ones left is to be removed.
ALTER TABLE "view_version" ADD COLUMN "sequence" BIGSERIAL NOT NULL;
UPDATE "view_version" v SET "sequence" = o."place"
  FROM (SELECT "name", "version", row_number() OVER (ORDER BY "registered_at", "version") AS "place" FROM "view_version") o
  WHERE v."name" = o."name" AND v."version" = o."version";
ALTER TABLE "view_version" ADD COLUMN "state" TEXT NOT NULL DEFAULT 'removing';
ALTER TABLE "view_version" ADD COLUMN "founding" JSONB;
ALTER TABLE "view_version" ADD COLUMN "kept_until" TIMESTAMPTZ(3);
UPDATE "view_version" v SET "state" = 'serving'
  WHERE "sequence" = (SELECT max("sequence") FROM "view_version" w WHERE w."name" = v."name");
ALTER TABLE "view_version" ALTER COLUMN "state" DROP DEFAULT;

-- The definition, and the event types that it reads: none, until the version registers again.
ALTER TABLE "view_version" ALTER COLUMN "definition" TYPE JSON
  USING json_build_object('view', "definition", 'events', json_build_array());

ALTER TABLE "generation" ADD COLUMN "made_by" TEXT NOT NULL DEFAULT 'duckdb';
ALTER TABLE "generation" ALTER COLUMN "made_by" DROP DEFAULT;

-- Builds in steps.
CREATE TABLE "build_stage" (
    "build" TEXT NOT NULL,
    "sequence" BIGSERIAL NOT NULL,
    "table_name" TEXT NOT NULL,

    CONSTRAINT "build_stage_pkey" PRIMARY KEY ("build")
);

CREATE TABLE "staged_partition" (
    "build" TEXT NOT NULL,
    "stream" TEXT NOT NULL,
    "partition" INTEGER NOT NULL,
    "from_offset" BIGINT NOT NULL,
    "done_offset" BIGINT NOT NULL,
    "to_offset" BIGINT NOT NULL,
    "busy_ms" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "staged_partition_pkey" PRIMARY KEY ("build", "stream", "partition")
);

CREATE UNIQUE INDEX "build_stage_table_name_key" ON "build_stage"("table_name");
ALTER TABLE "staged_partition" ADD CONSTRAINT "staged_partition_build_fkey" FOREIGN KEY ("build") REFERENCES "build_stage"("build") ON DELETE CASCADE ON UPDATE RESTRICT;

-- What Prisma's schema cannot say.
CREATE UNIQUE INDEX "view_version_one_serves" ON "view_version"("name") WHERE "state" = 'serving';
ALTER TABLE "view_version" ADD CONSTRAINT "view_version_state_known" CHECK ("state" IN ('candidate', 'founded', 'serving', 'retired', 'removing'));
ALTER TABLE "staged_partition" ADD CONSTRAINT "staged_partition_done_within" CHECK ("from_offset" >= 0 AND "from_offset" <= "done_offset" AND "done_offset" <= "to_offset");
