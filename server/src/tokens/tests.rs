use super::of_authorization;

#[test]
fn headers_are_read_as_clients_write_them() {
    assert_eq!(of_authorization("Bearer qm_1_2"), "qm_1_2");
    assert_eq!(of_authorization("bearer  qm_1_2 "), "qm_1_2");
    assert_eq!(of_authorization("qm_1_2"), "qm_1_2");
    assert_eq!(of_authorization("Basic dTpxbV8xXzI="), "qm_1_2");
    assert_eq!(of_authorization("Basic !"), "");
}
