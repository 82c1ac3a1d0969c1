import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import { HttpConnections } from './http-connections.js';

/** Has clients leave from the moment an app begins to close: they find another instance, and it need not wait for them. */
@Injectable()
export class HttpDraining implements OnModuleInit, OnModuleDestroy {
  private connections: HttpConnections | null = null;

  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  onModuleInit(): void {
    this.connections = new HttpConnections(this.host.httpAdapter.getHttpServer() as Server);
  }

  onModuleDestroy(): void {
    this.connections?.drain();
  }
}
