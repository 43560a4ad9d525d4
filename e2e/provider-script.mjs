/**
 * The card provider's script, at the network's edge of tests: it takes what the real one takes of what pages ask of it, refuses
 * all else aloud, and keeps what it was asked in `providerCalls`. The bank is `askBank`, which a test exposes:
 * it says true, false, or `'lost'` where the connection broke.
 */
const CARDS = {
  4242424242424242: 'pm_card_visa',
  4000002760003184: 'pm_card_authenticationRequired',
};

const calls = [];
window.providerCalls = calls;

/** Throws unless `given` has these members and no other. */
function exactly(given, ...names) {
  const found = Object.keys(given ?? {}).sort();
  if (found.join() !== names.sort().join())
    throw new TypeError(`asked with ${found.join()}, and takes ${names.join()}`);
}

function cardElement(options) {
  exactly(options, 'style', 'disableLink', 'hidePostalCode');
  const input = document.createElement('input');
  input.setAttribute('aria-label', 'Card number');
  const hearers = [];
  input.addEventListener('input', () => {
    const isLong = input.value.length >= 16;
    const complete = input.value in CARDS;
    const error = isLong && !complete ? { message: 'Your card number is invalid.' } : undefined;
    for (const hear of hearers) hear({ complete, error });
  });
  return {
    input,
    mount: (place) => place.append(input),
    destroy: () => input.remove(),
    on: (event, hear) => {
      if (event !== 'change') throw new TypeError(`nobody says ${event}`);
      hearers.push(hear);
    },
  };
}

async function createPaymentMethod(asked) {
  exactly(asked, 'type', 'card');
  if (asked.type !== 'card' || !asked.card.input.isConnected) throw new TypeError('the fields are not there');
  calls.push(['createPaymentMethod', asked.card.input.value.slice(-4)]);
  return { paymentMethod: { id: CARDS[asked.card.input.value] } };
}

async function handleNextAction(asked) {
  exactly(asked, 'clientSecret');
  if (!/^pi_\w+_secret_\w+$/.test(asked.clientSecret)) throw new TypeError('that is no secret of a payment');
  const passed = await window.askBank(asked.clientSecret);
  calls.push(['handleNextAction', passed]);
  if (passed === 'lost') return { error: { type: 'api_connection_error', message: 'No connection.' } };
  return passed
    ? { paymentIntent: { status: 'succeeded' } }
    : {
        error: {
          type: 'invalid_request_error',
          code: 'payment_intent_authentication_failure',
          message: 'Your bank did not confirm.',
        },
      };
}

window.Stripe = (key, ...more) => {
  if (!/^pk_test_\w+$/.test(key) || more.some((one) => one !== undefined))
    throw new TypeError('a key, and nothing else');
  calls.push(['Stripe', key]);
  return {
    _registerWrapper: () => undefined,
    elements: () => ({
      create: (type, options) => {
        if (type !== 'card') throw new TypeError(`no such fields: ${type}`);
        return cardElement(options);
      },
    }),
    createPaymentMethod,
    handleNextAction,
  };
};
window.Stripe.version = 'endive';
