# The packed package on Node 24, without rights: `npm pack && docker build -t scrape-status .`
# Not built where this is developed: there is no Docker.
FROM node:24-slim
COPY scrape-status-*.tgz /tmp/
RUN npm install --global --omit=dev /tmp/scrape-status-*.tgz && rm /tmp/scrape-status-*.tgz && npm cache clean --force
USER node
WORKDIR /work
ENTRYPOINT ["scrape-status"]
