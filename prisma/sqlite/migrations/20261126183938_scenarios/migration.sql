-- CreateTable
CREATE TABLE "ScenarioContent" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "content" JSONB NOT NULL
);

-- CreateTable
CREATE TABLE "Scenario" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "labId" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "contentId" TEXT NOT NULL,
    "source" TEXT,
    "createdAtMs" REAL NOT NULL,
    "changedAtMs" REAL NOT NULL
);

-- CreateTable
CREATE TABLE "Schedule" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "labId" TEXT NOT NULL,
    "scenarioId" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "contentId" TEXT NOT NULL,
    "atMs" REAL NOT NULL,
    "state" TEXT NOT NULL,
    "runId" TEXT,
    "message" TEXT,
    "createdAtMs" REAL NOT NULL
);

-- CreateIndex
CREATE INDEX "Scenario_labId_title_idx" ON "Scenario"("labId", "title");

-- CreateIndex
CREATE INDEX "Schedule_labId_atMs_idx" ON "Schedule"("labId", "atMs");

-- CreateIndex
CREATE INDEX "Schedule_state_atMs_idx" ON "Schedule"("state", "atMs");
