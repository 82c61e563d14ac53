import express from 'express';
import { expect, test } from 'vitest';
import { routesOf } from './routes.js';

const nothing: express.RequestHandler = (_request, response) => {
  response.end();
};

test('the routes of an application are listed, those of mounted routers under their whole path', () => {
  const app = express();
  const items = express.Router();
  items.get('/', nothing).post('/:id/move', nothing);
  const deep = express.Router();
  deep.delete('/last', nothing);
  items.use('/deep', deep);
  app.use(nothing);
  app.get('/one', nothing);
  app.use('/items', nothing, items, nothing);
  expect(routesOf(app)).toEqual([
    { method: 'GET', path: '/one' },
    { method: 'GET', path: '/items' },
    { method: 'POST', path: '/items/:id/move' },
    { method: 'DELETE', path: '/items/deep/last' },
  ]);
});

test('a route that cannot be named is refused', () => {
  expect(() => routesOf(express().get(/any/, nothing))).toThrow(TypeError);
  expect(() => routesOf(express().use('/any', express.Router().all('/', nothing)))).toThrow(TypeError);
});
