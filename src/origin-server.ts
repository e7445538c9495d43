import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Handlers } from '../generated/operations.ts';
import type { Settings } from './config.ts';
import { healthLive } from './handlers/health-live.ts';
import { healthReady } from './handlers/health-ready.ts';
import { retrieveBulkdata } from './handlers/retrieve-bulkdata.ts';
import { retrieveCapabilities } from './handlers/retrieve-capabilities.ts';
import { retrieveConformanceStatement } from './handlers/retrieve-conformance-statement.ts';
import { retrieveFrames } from './handlers/retrieve-frames.ts';
import { retrieveFramesThumbnail } from './handlers/retrieve-frames-thumbnail.ts';
import { retrieveInstance } from './handlers/retrieve-instance.ts';
import { retrieveInstanceMetadata } from './handlers/retrieve-instance-metadata.ts';
import { retrieveInstanceThumbnail } from './handlers/retrieve-instance-thumbnail.ts';
import { retrieveRenderedFrames } from './handlers/retrieve-rendered-frames.ts';
import { retrieveRenderedInstance } from './handlers/retrieve-rendered-instance.ts';
import { retrieveRenderedSeries } from './handlers/retrieve-rendered-series.ts';
import { retrieveRenderedStudy } from './handlers/retrieve-rendered-study.ts';
import { retrieveSeries } from './handlers/retrieve-series.ts';
import { retrieveSeriesMetadata } from './handlers/retrieve-series-metadata.ts';
import { retrieveSeriesThumbnail } from './handlers/retrieve-series-thumbnail.ts';
import { retrieveStudy } from './handlers/retrieve-study.ts';
import { retrieveStudyMetadata } from './handlers/retrieve-study-metadata.ts';
import { retrieveStudyThumbnail } from './handlers/retrieve-study-thumbnail.ts';
import { storeInstances } from './handlers/store-instances.ts';
import { storeStudyInstances } from './handlers/store-study-instances.ts';
import { buildApp } from './http/app.ts';
import { listen } from './http/http-server.ts';
import { createLog } from './http/log.ts';
import { createPixelPool } from './pool/pixel-pool.ts';
import type { RenderedNeeds } from './retrieval/rendered.ts';
import { openEmbeddedInstanceStore } from './storage/embedded.ts';
import type { InstanceStore } from './storage/instance-store.ts';
import { openResultCache } from './storage/result-cache.ts';
import type { StoreNeeds } from './storing/store-response.ts';
import { openVideoEncoder } from './video/video-encoder.ts';
import type { VideoFormat } from './video/video-format.ts';

/** An origin server that answers no requests yet: its storage, and how to leave it whole. */
export interface OpenOriginServer {
  readonly instanceStore: InstanceStore;
  close(): Promise<void>;
}

/** An origin server that answers requests. */
export interface RunningOriginServer extends OpenOriginServer {
  /** Where it listens, such as http://127.0.0.1:8080. */
  readonly url: string;
  /** The video formats that it encodes, none without an ffmpeg. */
  readonly videoFormats: readonly VideoFormat[];
}

/**
 * Opens the storage alone.
 *
 * @throws Error if another process uses the data folder, or a later version made it
 */
export async function openOriginServer(settings: Settings): Promise<OpenOriginServer> {
  const instanceStore = await openEmbeddedInstanceStore(settings.dataDir);
  return { instanceStore, close: () => instanceStore.close() };
}

/**
 * Joins all rooms and listens.
 *
 * @throws Error if the storage cannot be opened, or the address cannot be listened on
 */
export async function startOriginServer(settings: Settings): Promise<RunningOriginServer> {
  const { instanceStore } = await openOriginServer(settings);
  const pixelPool = createPixelPool({
    workers: settings.workers,
    fontFolder: path.join(settings.dataDir, 'cache', 'fonts'),
  });
  const resultCache = openResultCache({
    folder: path.join(settings.dataDir, 'cache'),
    maxBytes: settings.cacheBytes,
  });
  const videoEncoder =
    settings.ffmpeg === ''
      ? undefined
      : await openVideoEncoder({ program: settings.ffmpeg, maxVideos: settings.maxVideos });
  const log = createLog(settings.logLevel, process.stderr);
  const app = buildApp({
    handlers: handlersOf({ instanceStore, pixelPool, resultCache, videoEncoder, ...settings }),
    settings,
    log,
  });
  const leave = async (): Promise<void> => {
    await pixelPool.close();
    await resultCache.close();
    await instanceStore.close();
  };
  try {
    const server = await listen(app, { ...settings, log });
    pixelPool.warmUp();
    return {
      url: urlOf(server.address),
      videoFormats: videoEncoder?.formats ?? [],
      instanceStore,
      async close() {
        await server.close();
        await leave();
      },
    };
  } catch (error) {
    await leave();
    throw error;
  }
}

/** Every operation and what it needs. An operation that is missing here does not compile. */
function handlersOf(needs: RenderedNeeds & StoreNeeds): Handlers {
  return {
    healthLive: healthLive(),
    healthReady: healthReady(needs),
    retrieveBulkdata: retrieveBulkdata(needs),
    retrieveCapabilities: retrieveCapabilities(needs),
    retrieveConformanceStatement: retrieveConformanceStatement(),
    retrieveFrames: retrieveFrames(needs),
    retrieveFramesThumbnail: retrieveFramesThumbnail(needs),
    retrieveInstance: retrieveInstance(needs),
    retrieveInstanceMetadata: retrieveInstanceMetadata(needs),
    retrieveInstanceThumbnail: retrieveInstanceThumbnail(needs),
    retrieveRenderedFrames: retrieveRenderedFrames(needs),
    retrieveRenderedInstance: retrieveRenderedInstance(needs),
    retrieveRenderedSeries: retrieveRenderedSeries(needs),
    retrieveRenderedStudy: retrieveRenderedStudy(needs),
    retrieveSeries: retrieveSeries(needs),
    retrieveSeriesMetadata: retrieveSeriesMetadata(needs),
    retrieveSeriesThumbnail: retrieveSeriesThumbnail(needs),
    retrieveStudy: retrieveStudy(needs),
    retrieveStudyMetadata: retrieveStudyMetadata(needs),
    retrieveStudyThumbnail: retrieveStudyThumbnail(needs),
    retrieveUri: 'planned',
    searchForInstances: 'planned',
    searchForSeries: 'planned',
    searchForSeriesInstances: 'planned',
    searchForStudies: 'planned',
    searchForStudyInstances: 'planned',
    searchForStudySeries: 'planned',
    storeInstances: storeInstances(needs),
    storeStudyInstances: storeStudyInstances(needs),
  };
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
