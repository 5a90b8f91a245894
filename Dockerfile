# The service in a container: docs/operations.md, "In containers".
#
#   docker build -t aiprod .
#   docker run -p 8750:8750 -v aiprod:/app/runs aiprod
#
# MODELS=none leaves the shipped model out; mount others at /models and name
# them: docker run -v ./my_model:/models/mine:ro aiprod serve --models /models/mine
ARG DEBIAN=debian:bookworm-20251117-slim
ARG DENO=denoland/deno:bin-2.9.6
ARG MODELS=checkpoints/nano

FROM ${DENO} AS deno

# Packages at the versions of deno.lock, without those of training, tests and
# other systems.
FROM ${DEBIAN} AS build
ARG MODELS
COPY --from=deno /deno /usr/local/bin/deno
ENV DENO_DIR=/deno-dir
WORKDIR /app
COPY deno.json deno.lock ./
RUN deno install --quiet \
    # The image has its packages: tasks fetch none.
    && sed -i 's/"command": "mkdir node_modules.*"/"command": "true"/' deno.json \
    && case "$(uname -m)" in x86_64) other=arm64 ;; *) other=x64 ;; esac \
    && cd node_modules/.deno \
    && rm -rf @napi-rs+canvas-* @twemoji+svg* @types+* ajv* \
      chromium-bidi* cldr-annotations-full* core-js* devtools-protocol* \
      dejavu-fonts-ttf* fast-check* marked* mediabunny* openai* \
      plotly.js* puppeteer-core* @puppeteer* typescript* werift* \
      @tensorflow+tfjs-node-gpu* .deno.lock* \
      onnxruntime-node*/node_modules/onnxruntime-node/bin/napi-v6/darwin \
      onnxruntime-node*/node_modules/onnxruntime-node/bin/napi-v6/win32 \
      onnxruntime-node*/node_modules/onnxruntime-node/bin/napi-v6/linux/$other \
    && find . -name '*.map' -delete && find . -name '*.d.ts' -delete

# The code, and a database that is made already: a container starts at once.
COPY lib lib
COPY checkpoints checkpoints
COPY LICENSE NOTICE CHANGELOG.md ./
RUN if [ "$MODELS" = none ]; then rm -r checkpoints; \
    else find checkpoints -mindepth 1 -maxdepth 1 ! -path "$MODELS" \
      -exec rm -r {} +; fi \
    && rm -f checkpoints/*/report.html checkpoints/*/*metrics.jsonl \
    && DENO_DIR=/app/.deno deno cache --quiet lib/recipes/serve/*_process.ts \
      lib/recipes/worker/worker_process.ts \
      $(for task in serve worker keys database version; do \
        echo lib/recipes/$task/main.ts; done) \
    && DENO_DIR=/app/.deno deno task -q database migrate \
    && mkdir -p runs/service/videos && chown -R 10001:10001 runs .deno

FROM ${DEBIAN}
COPY --from=deno /deno /usr/local/bin/deno
COPY --from=build /app /app
WORKDIR /app
ENV DENO_DIR=/app/.deno DENO_NO_UPDATE_CHECK=1 HOME=/app NO_COLOR=1
USER 10001:10001
VOLUME /app/runs
EXPOSE 8750
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["deno", "eval", \
  "Deno.exit((await fetch('http://127.0.0.1:8750/healthz')).ok ? 0 : 1)"]
# A task of deno.json, with its permissions: serve, worker, keys, database,
# version.
ENTRYPOINT ["deno", "task", "-q"]
CMD ["serve", "--host", "0.0.0.0"]
