-- CreateTable
CREATE TABLE "Event" (
    "runId" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "atMs" REAL NOT NULL,
    "kind" TEXT NOT NULL,
    "payload" JSONB NOT NULL,

    PRIMARY KEY ("runId", "seq"),
    CONSTRAINT "Event_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "EventPack" (
    "runId" TEXT NOT NULL,
    "firstSeq" INTEGER NOT NULL,
    "lastSeq" INTEGER NOT NULL,
    "data" BLOB NOT NULL,

    PRIMARY KEY ("runId", "firstSeq"),
    CONSTRAINT "EventPack_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Undo" (
    "runId" TEXT NOT NULL,
    "order" INTEGER NOT NULL,
    "title" TEXT NOT NULL,
    "desired" JSONB NOT NULL,
    "applied" BOOLEAN NOT NULL DEFAULT false,

    PRIMARY KEY ("runId", "order"),
    CONSTRAINT "Undo_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "LabState" (
    "labId" TEXT NOT NULL PRIMARY KEY,
    "quarantine" JSONB
);

-- CreateTable
CREATE TABLE "StoreLease" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "owner" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "host" TEXT NOT NULL,
    "startedAtMs" REAL NOT NULL,
    "heartbeatAtMs" REAL NOT NULL
);

-- CreateTable
CREATE TABLE "Run" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "labId" TEXT NOT NULL,
    "labTitle" TEXT NOT NULL,
    "caseId" TEXT NOT NULL,
    "caseTitle" TEXT NOT NULL,
    "phase" TEXT NOT NULL,
    "ending" TEXT,
    "verdict" TEXT,
    "dirty" BOOLEAN NOT NULL DEFAULT false,
    "createdAtMs" REAL NOT NULL,
    "startedAtMs" REAL,
    "endedAtMs" REAL,
    "failoverTimeMs" REAL,
    "failoverPlusMs" REAL,
    "failoverMinusMs" REAL,
    "failoverMethod" TEXT,
    "failoverSource" TEXT,
    "failoverId" TEXT,
    "failoverTitle" TEXT,
    "limitMs" REAL,
    "softwareVersion" TEXT,
    "message" TEXT,
    "params" JSONB NOT NULL,
    "lab" BLOB NOT NULL,
    "context" BLOB,
    "snapshot" BLOB,
    "report" BLOB
);

-- CreateTable
CREATE TABLE "SampleChunk" (
    "runId" TEXT NOT NULL,
    "stream" TEXT NOT NULL,
    "firstIndex" INTEGER NOT NULL,
    "lastIndex" INTEGER NOT NULL,
    "fromMs" REAL,
    "toMs" REAL,
    "data" BLOB NOT NULL,

    PRIMARY KEY ("runId", "stream", "firstIndex"),
    CONSTRAINT "SampleChunk_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE INDEX "Run_createdAtMs_idx" ON "Run"("createdAtMs");

-- CreateIndex
CREATE INDEX "Run_phase_idx" ON "Run"("phase");
