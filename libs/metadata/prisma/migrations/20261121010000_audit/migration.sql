-- The audit ledger.
CREATE TABLE "audit" (
    "sequence" BIGSERIAL NOT NULL,
    "view_name" TEXT NOT NULL,
    "view_version" TEXT NOT NULL,
    "generation" INTEGER NOT NULL,
    "checked_at" TIMESTAMPTZ(3) NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "compared_rows" BIGINT NOT NULL,
    "drifted_rows" BIGINT NOT NULL,
    "only_rolled_forward" BIGINT NOT NULL,
    "only_recomputed" BIGINT NOT NULL,
    "drift_by_measure" JSONB NOT NULL,
    "samples" JSONB NOT NULL,

    CONSTRAINT "audit_pkey" PRIMARY KEY ("sequence")
);
CREATE INDEX "audit_view_name_view_version_sequence_idx" ON "audit"("view_name", "view_version", "sequence");
-- What Prisma's schema cannot say: nothing that was not compared is told as the same, and nothing that drifted.
ALTER TABLE "audit" ADD CONSTRAINT "audit_state_known" CHECK ("state" IN ('same', 'drifted', 'not-comparable'));
ALTER TABLE "audit" ADD CONSTRAINT "audit_state_fits" CHECK (
    ("state" = 'not-comparable') = ("reason" IS NOT NULL) AND ("state" = 'drifted') = ("drifted_rows" > 0)
);
