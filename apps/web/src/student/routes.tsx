import type { RouteObject } from 'react-router';
import { OnlyFor } from '../session/only-for.js';
import { student as en } from '../words/en/student.js';
import { student as uk } from '../words/uk/student.js';
import { addWords } from '../words/words.js';
import { BuyPage } from './buy.js';
import { ClassPage } from './class.js';
import { ClassesPage } from './classes.js';
import { InvoicePage } from './invoice.js';
import { InvoicesPage } from './invoices.js';
import { JoinPage } from './join.js';
import { PaymentPage } from './payment.js';
import { PurchasePage } from './purchase.js';
import { SubscriptionPage } from './subscription.js';
import { WalletPage } from './wallet.js';

addWords('student', { en, uk });

const pages: readonly RouteObject[] = [
  { index: true, element: <ClassesPage /> },
  { path: 'buy/:courseId', element: <BuyPage /> },
  { path: 'purchases/:kind/:purchaseId', element: <PurchasePage /> },
  { path: 'classes/:holdId', element: <ClassPage /> },
  { path: 'join/:courseId/:sessionId', element: <JoinPage /> },
  { path: 'wallet', element: <WalletPage /> },
  { path: 'payments/:paymentId', element: <PaymentPage /> },
  { path: 'subscription', element: <SubscriptionPage /> },
  { path: 'invoices', element: <InvoicesPage /> },
  { path: 'invoices/:invoiceId', element: <InvoicePage /> },
];

const routes: RouteObject[] = pages.map(
  (page): RouteObject => ({ ...page, element: <OnlyFor roles={['student']}>{page.element}</OnlyFor> }),
);

export default routes;
