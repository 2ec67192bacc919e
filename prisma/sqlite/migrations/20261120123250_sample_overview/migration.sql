-- CreateTable
CREATE TABLE "SampleOverview" (
    "runId" TEXT NOT NULL,
    "stream" TEXT NOT NULL,
    "rows" BLOB NOT NULL,
    "edges" BLOB NOT NULL,

    PRIMARY KEY ("runId", "stream"),
    CONSTRAINT "SampleOverview_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
