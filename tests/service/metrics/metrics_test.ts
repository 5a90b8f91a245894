import assert from "node:assert/strict";
import { testService } from "../_service.ts";

Deno.test("metrics count jobs, stages, failures and requests by their route", async () => {
  await using test = await testService();
  await test.job();
  await test.job({ prompt: "fail" });
  await test.drain();
  await test.job();
  await test.send("/v1/jobs/some-id");
  const text = await (await test.send("/metrics")).text();
  const value = (name: string): number =>
    Number(
      text.split("\n").find((line) => line.startsWith(`${name} `))?.split(
        " ",
      )[1],
    );
  assert.equal(value('aiprod_jobs{status="succeeded"}'), 1);
  assert.equal(value('aiprod_jobs{status="queued"}'), 1);
  assert.equal(
    value('aiprod_jobs_ended_total{status="succeeded",model="stand-in"}'),
    1,
  );
  assert.equal(value('aiprod_job_failures_total{code="generation_failed"}'), 1);
  assert.equal(
    value('aiprod_job_stage_seconds_count{stage="sample",model="stand-in"}'),
    2,
  );
  assert.equal(
    value(
      'aiprod_http_request_duration_seconds_count{method="GET",route="/v1/jobs/:id",status="404"}',
    ),
    1,
  );
  assert.ok(value("aiprod_queue_oldest_seconds") > 0);
  assert.ok(value("aiprod_cost_micros") > 0);
  assert.doesNotMatch(text, /some-id/);
});

Deno.test("the dashboard and the alerts name only metrics that there are", async () => {
  await using test = await testService();
  const text = await (await test.send("/metrics")).text();
  const known = new Set(
    [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name!),
  );
  let names = 0;
  for (const file of ["grafana.json", "alerts.yml"]) {
    const rules = await Deno.readTextFile(`lib/service/metrics/${file}`);
    for (const [name] of rules.matchAll(/\baiprod_\w+/g)) {
      assert.ok(known.has(name.replace(/_(bucket|count|sum)$/, "")), name);
      names++;
    }
  }
  assert.ok(names > 20);
});

Deno.test("readiness needs the database and the videos, liveness neither", async () => {
  await using test = await testService();
  assert.equal((await test.send("/readyz", { key: "" })).status, 200);
  const stopping = new AbortController();
  stopping.abort();
  await using stopped = await testService({ stopping: stopping.signal });
  const answer = await stopped.send("/readyz", { key: "" });
  assert.deepEqual([answer.status, await answer.json()], [503, {
    status: "stopping",
  }]);
  assert.equal((await stopped.send("/healthz", { key: "" })).status, 200);
  await using broken = await testService({
    videos: { check: () => Promise.reject(new Error("gone")) } as never,
  });
  const found = await broken.send("/readyz", { key: "" });
  assert.deepEqual([found.status, await found.json()], [503, {
    status: "videos cannot be kept",
  }]);
});
