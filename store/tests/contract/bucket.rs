//! Promises of `inventory::Bucket`.

use std::io::Read;

use inventory::Error;
use inventory::bucket::{Bucket, Sha256};
use jiff::Timestamp;
use sha2::Digest;

pub(crate) async fn bytes_come_back(bucket: &impl Bucket) {
    for bytes in [Vec::new(), b"hello".to_vec(), (0..900_000_u32).map(|n| n as u8).collect()] {
        let digest = digest(&bytes);
        assert!(!bucket.exists(&digest, None).await.unwrap());
        assert!(bucket.open(&digest).await.unwrap().is_none());
        for _ in 0..2 {
            put(bucket, &bytes, None).await;
        }
        assert!(bucket.exists(&digest, None).await.unwrap());
        let mut contents = bucket.open(&digest).await.unwrap().unwrap();
        let mut back = Vec::new();
        contents.reader.read_to_end(&mut back).unwrap();
        assert_eq!((contents.len, &back), (bytes.len() as u64, &bytes));
    }
}

pub(crate) async fn paths_are_remembered(bucket: &impl Bucket) {
    let digest = digest(b"x");
    put(bucket, b"x", Some("/etc/b")).await;
    put(bucket, b"x", Some("/etc/a")).await;
    put(bucket, b"x", Some("/etc/a")).await;
    assert_eq!(bucket.paths(&digest).await.unwrap(), ["/etc/a", "/etc/b"]);
    assert!(bucket.exists(&digest, Some("/etc/a")).await.unwrap());
    assert!(!bucket.exists(&digest, Some("/etc/c")).await.unwrap());
}

pub(crate) async fn wrong_digests_and_long_files_are_refused(bucket: &impl Bucket) {
    let mut upload = bucket.begin().await.unwrap();
    upload.write(b"one").await.unwrap();
    let error = upload.finish(&digest(b"two"), None, Timestamp::UNIX_EPOCH).await.unwrap_err();
    assert!(matches!(error, Error::WrongDigest { .. }));
    assert!(!bucket.exists(&digest(b"two"), None).await.unwrap());
    assert!(!bucket.exists(&digest(b"one"), None).await.unwrap());
    let mut upload = bucket.begin().await.unwrap();
    upload.write(&vec![0; 900_000]).await.unwrap();
    let error = upload.write(&vec![0; 200_000]).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit: 1_000_000, setting: "store.max_blob_bytes", .. }));
}

pub(crate) async fn unfinished_uploads_leave_nothing(bucket: &impl Bucket) {
    let mut upload = bucket.begin().await.unwrap();
    upload.write(b"half").await.unwrap();
    drop(upload);
    assert!(!bucket.exists(&digest(b"half"), None).await.unwrap());
}

fn digest(bytes: &[u8]) -> Sha256 {
    Sha256(sha2::Sha256::digest(bytes).into())
}

async fn put(bucket: &impl Bucket, bytes: &[u8], path: Option<&str>) {
    let mut upload = bucket.begin().await.unwrap();
    for chunk in bytes.chunks(10_000) {
        upload.write(chunk).await.unwrap();
    }
    upload.finish(&digest(bytes), path, Timestamp::UNIX_EPOCH).await.unwrap();
}
