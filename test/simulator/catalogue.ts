/** Connectors that the server knows; others are refused. */
export const CONNECTORS: readonly string[] = [
  ...['Salesforce', 'SQLServer', 'PostgreSQL', 'Snowflake', 'MySQL', 'MariaDB', 'Oracle', 'MongoDB', 'SQLite', 'CSV'],
  ...['AmazonS3', 'S3', 'AzureBlob', 'GoogleCloudStorage', 'GoogleSheets', 'BigQuery', 'Redshift', 'AzureSynapse'],
  ...['Databricks', 'Dynamics365', 'DynamicsCRM', 'SAP', 'SAPHana', 'NetSuite', 'QuickBooks', 'Xero', 'HubSpot'],
  ...['Marketo', 'ServiceNow', 'Zendesk', 'Jira', 'Shopify', 'Stripe', 'Kafka', 'Cassandra', 'Elasticsearch', 'DB2'],
  ...[
    'Teradata',
    'SharePoint',
    'Excel',
    'JSON',
    'XML',
    'REST',
    'OData',
    'SFTP',
    'Workday',
    'GoogleAnalytics',
    'GitHub',
  ],
];

export interface Table {
  name: string;
  schema?: string;
  type?: 'TABLE' | 'VIEW';
  columns: readonly { name: string; type: string; key?: boolean; nullable?: boolean }[];
}

/** What tables a connection shows. */
export interface Catalogue {
  tables(connectionId: string): readonly Table[];
  /** Replaces the tables of one connection, or of all that have none of their own. */
  set(connectionId: string | undefined, tables: readonly Table[]): void;
}

const ID = { name: 'Id', type: 'VARCHAR', key: true, nullable: false };
const MODIFIED = { name: 'LastModifiedDate', type: 'TIMESTAMP', nullable: true };

const TABLES: readonly Table[] = [
  { name: 'Accounts', schema: 'dbo', columns: [ID, { name: 'Name', type: 'VARCHAR' }, MODIFIED] },
  { name: 'Contacts', schema: 'dbo', columns: [ID, { name: 'Email', type: 'VARCHAR', nullable: true }, MODIFIED] },
  { name: 'Orders', schema: 'dbo', columns: [ID, { name: 'Total', type: 'DECIMAL', nullable: true }, MODIFIED] },
  { name: 'Order Lines', schema: 'dbo', columns: [ID, { name: 'Quantity', type: 'INTEGER' }] },
  { name: 'Account.csv', columns: [{ name: 'Id', type: 'VARCHAR' }] },
  { name: 'in/2026.csv', columns: [{ name: 'Id', type: 'VARCHAR' }] },
  { name: 'OpenOrders', schema: 'dbo', type: 'VIEW', columns: [ID] },
];

export function createCatalogue(): Catalogue {
  const own = new Map<string, readonly Table[]>();
  let common = TABLES;
  return {
    tables: (connectionId) => own.get(connectionId) ?? common,
    set(connectionId, tables) {
      if (connectionId === undefined) common = tables;
      else own.set(connectionId, tables);
    },
  };
}
