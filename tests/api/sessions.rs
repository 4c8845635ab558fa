use crate::support::TestApp;

#[tokio::test]
async fn a_verified_user_is_told_who_they_are() {
    let app = TestApp::start().await;
    let ada = app.verified("ada").await;
    assert_eq!(ada.me().await.text("/me/username"), "ada");
}
