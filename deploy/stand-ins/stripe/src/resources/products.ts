/** Products: https://docs.stripe.com/api/products. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { call } from '../call.js';
import { emit } from '../emit.js';
import { invalid } from '../errors.js';
import { bool, emptyable, expand, mergeMetadata, metadata, paging, text, when } from '../forms.js';
import { all, matches, page, within } from '../lists.js';
import { get, newId, now, put, type World } from '../world.js';

const productFields = {
  ...expand,
  active: bool.optional(),
  description: emptyable.optional(),
  metadata: metadata.optional(),
  marketing_features: z.array(z.strictObject({ name: text })).optional(),
  statement_descriptor: text.optional(),
  unit_label: emptyable.optional(),
};
const newProduct = z.strictObject({ ...productFields, name: text, id: text.optional() });
const productChange = z.strictObject({
  ...productFields,
  name: text.optional(),
  default_price: text.optional(),
});

export function createProduct(world: World, given: z.output<typeof newProduct>): Stripe.Product {
  const id = given.id ?? newId('prod');
  if (world.products.things.has(id))
    throw invalid(`There is a product ${id}`, { code: 'resource_already_exists', param: 'id' });
  const product: Stripe.Product = {
    id,
    object: 'product',
    active: true,
    created: now(world),
    default_price: null,
    description: null,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata: {},
    name: given.name,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: null,
    updated: now(world),
    url: null,
  };
  changeProduct(world, product, given);
  emit(world, 'product.created', product);
  return put(world.products, product);
}

function changeProduct(world: World, product: Stripe.Product, given: z.output<typeof productChange>): void {
  const { active, name, marketing_features, statement_descriptor, default_price: price } = given;
  if (price !== undefined && get(world.prices, price, 'default_price').product !== product.id)
    throw invalid('The price is of another product', { param: 'default_price' });
  const told = { active, name, marketing_features, statement_descriptor, default_price: price };
  Object.assign(product, Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)));
  if (given.description !== undefined) product.description = given.description || null;
  if (given.unit_label !== undefined) product.unit_label = given.unit_label || null;
  product.metadata = mergeMetadata(product.metadata, given.metadata);
  product.updated = now(world);
}

const productList = z.strictObject({
  ...paging,
  active: bool.optional(),
  created: when.optional(),
  ids: z.array(text).optional(),
});
export const productCalls = [
  call('POST', '/v1/products', newProduct, createProduct),
  call('GET', '/v1/products/:id', z.strictObject(expand), (world, _given, id) => get(world.products, id)),
  call('POST', '/v1/products/:id', productChange, (world, given, id) => {
    const product = get(world.products, id);
    changeProduct(world, product, given);
    emit(world, 'product.updated', product);
    return product;
  }),
  call('GET', '/v1/products', productList, (world, given) => {
    const found = all(world, world.products).filter(
      (one) =>
        within(one.created, given.created) &&
        matches(given.active, one.active) &&
        (given.ids?.includes(one.id) ?? true),
    );
    return page(found, '/v1/products', given);
  }),
];
