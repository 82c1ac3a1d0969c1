import { Controller, Inject } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { News } from './news.js';

/** Hears on the control stream that there is something to look at in Postgres. */
@Controller()
export class NewsController {
  constructor(@Inject(News) private readonly news: News) {}

  @EventPattern('view.cut-requested')
  cutRequested(_cut: unknown): void {
    this.news.heard();
  }

  @EventPattern('generation.published')
  generationPublished(_generation: unknown): void {
    this.news.heard();
  }
}
