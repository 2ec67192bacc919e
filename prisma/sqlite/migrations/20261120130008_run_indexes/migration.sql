-- CreateIndex
CREATE INDEX "Run_labId_createdAtMs_idx" ON "Run"("labId", "createdAtMs");

-- CreateIndex
CREATE INDEX "Run_caseId_createdAtMs_idx" ON "Run"("caseId", "createdAtMs");

-- CreateIndex
CREATE INDEX "Run_softwareVersion_createdAtMs_idx" ON "Run"("softwareVersion", "createdAtMs");
