/** What a class of a known product is, and what stands nearest to it here. */
export interface KnownClass {
  readonly product: string;
  readonly instead: string;
}

const CHANGES =
  'PostgresSource, or io.debezium.connector.postgresql.PostgresConnector, reads the changes of PostgreSQL.';
const MONGODB = 'MongoDbSource reads from MongoDB, and MongoDbSink writes to it.';
const REDIS = 'RedisSource reads streams of Redis, and RedisSink writes strings, hashes and streams.';
const ELASTICSEARCH =
  'ElasticsearchSink, or io.confluent.connect.elasticsearch.ElasticsearchSinkConnector, writes to Elasticsearch.';
const FILES = 'FileSink writes topics to files.';
const MIRROR =
  'A cluster is moved over by pointing the workers at it: topics, offsets and configs stay as they are.';
const PLUGIN = 'A plugin of your own can: millrace create-connector makes one to begin with.';

/** Connectors that people bring along and that nothing here stands for, by their Java packages. One line adds one. */
const KNOWN: readonly (readonly [pattern: RegExp, product: string, instead: string])[] = [
  [/^io\.debezium\.connector\.mongodb\./, 'Debezium’s connector for MongoDB', MONGODB],
  [/^io\.debezium\.connector\.(?:mysql|mariadb)\./, 'Debezium’s source for MySQL and MariaDB', CHANGES],
  [/^io\.debezium\.connector\.jdbc\./, 'Debezium’s JDBC sink', 'PostgresSink writes to PostgreSQL.'],
  [/^io\.debezium\.connector\.(?!postgresql\.)/, 'Debezium’s source for another database', CHANGES],
  [/^com\.mongodb\.kafka\.connect\./, 'MongoDB’s own connector', MONGODB],
  [/^com\.redis\.kafka\.connect\./, 'Redis’s own connector', REDIS],
  [/^io\.lenses\.streamreactor\.connect\.redis\./, 'Lenses’ sink for Redis', REDIS],
  [/^com\.github\.jcustenborder\.kafka\.connect\.redis\./, 'another connector for Redis', REDIS],
  [/^io\.(?:confluent|aiven)\.connect\.elasticsearch\./, 'an Elasticsearch sink', ELASTICSEARCH],
  [/^io\.confluent\.connect\.s3\./, 'Confluent’s connector for S3', FILES],
  [/^io\.confluent\.connect\.jdbc\.JdbcSource/, 'Confluent’s JDBC source', CHANGES],
  [/^io\.confluent\.connect\.hdfs/, 'Confluent’s connector for HDFS', FILES],
  [/^org\.apache\.kafka\.connect\.mirror\./, 'MirrorMaker 2', MIRROR],
  [/^org\.apache\.kafka\.connect\.tools\./, 'one of Kafka Connect’s own connectors for tests', PLUGIN],
];

/** The product that a class belongs to; null for one that nobody here has heard of, or that stands for something here. */
export function knownClass(className: string): KnownClass | null {
  const found = KNOWN.find(([pattern]) => pattern.test(className));
  return found ? { product: found[1], instead: found[2] } : null;
}
