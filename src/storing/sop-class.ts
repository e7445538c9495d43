/**
 * SOP Classes of PS3.6 Annex A that are no storage: classes of services, of the normalised print and procedure step
 * objects, of queries and work lists, and the media directory. The value is a UID, or the beginning of UIDs if it ends with a dot.
 */
const notStorage = [
  '1.2.840.10008.1.1', // Verification
  '1.2.840.10008.1.3.10', // Media Storage Directory Storage
  '1.2.840.10008.1.9',
  '1.2.840.10008.1.20.', // Storage Commitment
  '1.2.840.10008.1.40', // Procedural Event Logging
  '1.2.840.10008.1.42', // Substance Administration Logging
  '1.2.840.10008.3.1.', // Study, visit and procedure step management
  '1.2.840.10008.5.1.1.', // Print management
  '1.2.840.10008.5.1.4.1.2.', // Query/Retrieve
  '1.2.840.10008.5.1.4.31', // Modality Worklist
  '1.2.840.10008.5.1.4.32', // General Purpose Worklist
  '1.2.840.10008.5.1.4.32.',
  '1.2.840.10008.5.1.4.33', // Instance Availability Notification
  '1.2.840.10008.5.1.4.34.4.', // Unified Procedure Step, trial use
  '1.2.840.10008.5.1.4.34.6.', // Unified Procedure Step
  '1.2.840.10008.5.1.4.37.', // Relevant patient information query
  '1.2.840.10008.5.1.4.41', // Product Characteristics Query
  '1.2.840.10008.5.1.4.42', // Substance Approval Query
] as const;

/** Stored Print and Hardcopy Storage (retired), composite among the normalised classes of print. */
const storageAfterAll: ReadonlySet<string> = new Set([
  '1.2.840.10008.5.1.1.27',
  '1.2.840.10008.5.1.1.29',
  '1.2.840.10008.5.1.1.30',
]);

/**
 * Whether objects of a SOP Class are composite instances. Unknown and private classes are: an archive outlives the
 * dictionary it was built with.
 *
 * @requirement R-002-005
 */
export function isStorageSOPClass(uid: string): boolean {
  if (storageAfterAll.has(uid)) return true;
  return !notStorage.some((entry) => (entry.endsWith('.') ? uid.startsWith(entry) : uid === entry));
}
