import express from 'express';
import supertest from 'supertest';
import { describe, expect, test } from 'vitest';
import { createLogger } from '../log.js';
import { HttpProblem, jsonBody, notFound, problemHandler } from './problem.js';

class Conflict extends Error {}

function app() {
  const lines: string[] = [];
  const log = createLogger({ service: 'test', destination: { write: (line) => lines.push(line) } });
  const server = express();
  server.post('/echo', jsonBody(100), (request, response) => {
    response.json({ got: request.body });
  });
  server.get('/invalid', () => {
    throw new HttpProblem(422, 'DATASET_INVALID', 'The dataset has a mistake.', {
      errors: [{ pointer: '/title', detail: 'must be a text' }],
      cause: new Error('internal detail'),
    });
  });
  server.get('/mapped', async () => {
    throw new Conflict('secret detail');
  });
  server.get('/broken', async () => {
    throw new Error('secret detail');
  });
  server.get('/late', (_request, response) => {
    response.write('half');
    throw new Error('too late');
  });
  server.get('/items/:id', (request, response) => {
    response.json(request.params.id);
  });
  server.use(notFound());
  server.use(
    problemHandler(log, (error) => (error instanceof Conflict ? new HttpProblem(409, 'CONFLICT', 'Busy.') : undefined)),
  );
  return { client: supertest(server), lines };
}

describe('problem details', () => {
  test('have the members of RFC 9457, our code and the mistakes', async () => {
    const { client, lines } = app();
    const response = await client
      .get('/invalid')
      .expect(422)
      .expect('content-type', /^application\/problem\+json/);
    expect(JSON.parse(response.text)).toEqual({
      type: 'urn:causeway:v1:problem:dataset-invalid',
      title: 'Unprocessable Entity',
      status: 422,
      detail: 'The dataset has a mistake.',
      code: 'DATASET_INVALID',
      errors: [{ pointer: '/title', detail: 'must be a text' }],
    });
    expect(lines).toEqual([]);
  });

  test("a service's own errors go through its map", async () => {
    await app().client.get('/mapped').expect(409);
  });

  test('an unknown error is 500 without its text, which is in the log', async () => {
    const { client, lines } = app();
    const response = await client.get('/broken').expect(500);
    expect(JSON.parse(response.text)).toMatchObject({ code: 'INTERNAL', status: 500 });
    expect(response.text).not.toContain('secret');
    expect(lines.join('')).toContain('secret detail');
  });

  test('an answer that has begun is broken off', async () => {
    await expect(app().client.get('/late')).rejects.toThrow();
  });

  test.each([
    ['{', 'application/json', 400, 'BODY_MALFORMED'],
    [JSON.stringify({ long: 'x'.repeat(200) }), 'application/json', 413, 'BODY_TOO_LARGE'],
    ['x=1', 'application/x-www-form-urlencoded', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['{}', 'application/json; charset=latin1', 415, 'UNSUPPORTED_ENCODING'],
    ['{}', 'application/json; charset=utf-16le', 415, 'UNSUPPORTED_ENCODING'],
  ])('a body %s of %s is answered with %s', async (body, type, status, code) => {
    const response = await app().client.post('/echo').set('content-type', type).send(body).expect(status);
    expect(JSON.parse(response.text)).toMatchObject({ status, code });
    expect(response.text).not.toContain('JSON.parse');
  });

  test('a body that is no UTF-8 is no JSON, and no other message than it was', async () => {
    const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.of(0xed, 0xa0, 0x80), Buffer.from('"}')]);
    const read = app().client.post('/echo').set('content-type', 'application/json');
    const response = await read
      .serialize((bytes: unknown) => bytes as string)
      .send(body)
      .expect(400);
    expect(JSON.parse(response.text)).toMatchObject({ code: 'BODY_MALFORMED' });
  });

  test('a good body is read, also with a JSON-based type', async () => {
    await app()
      .client.post('/echo')
      .send({ a: 1 })
      .expect(200, { got: { a: 1 } });
    await app()
      .client.post('/echo')
      .set('content-type', 'application/ld+json')
      .send('{"a":1}')
      .expect(200, { got: { a: 1 } });
  });

  test('a path that cannot be decoded is 400, an unknown one 404', async () => {
    await app().client.get('/items/%ff').expect(400);
    await app().client.get('/nowhere').expect(404);
  });
});
