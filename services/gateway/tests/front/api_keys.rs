//! Keys for machines.

use quittance_testkit::{on_both, request_id, tenant};
use serde_json::{Value, json};

use crate::door::{Answer, Door};
use crate::rest::customer;

async fn create(door: &Door, token: &str, permissions: &[&str]) -> Answer {
    let request = json!({"requestId": request_id(), "name": "ERP", "permissions": permissions});
    door.post(token, "/v1/apiKeys", &request).await
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

#[tokio::test]
async fn a_key_works_until_it_is_revoked() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let token = door.token();
        let made = create(&door, &token, &["credit.customer.*"]).await;
        assert_eq!(made.status, 200, "{}", made.text());
        let made = made.json();
        let (secret, id) = (text(&made["secret"]), text(&made["apiKey"]["apiKeyId"]));
        assert!(secret.starts_with("qk_"));
        let created = door.post(&secret, "/v1/customers", &customer("K-1")).await;
        assert_eq!(created.status, 200, "{}", created.text());
        assert_eq!(door.get(&secret, "/v1/customers/external%3AK-1").await.status, 200);
        assert_eq!(door.get(&secret, "/v1/apiKeys").await.refusal(), (403, "PERMISSION_MISSING".to_owned()));

        let listed = door.get(&token, "/v1/apiKeys").await;
        assert_eq!(listed.json()["apiKeys"][0]["apiKeyId"], id.as_str());
        assert!(!listed.text().contains(secret.rsplit('_').next().unwrap()), "a secret is shown once");
        let mut wrong = secret.clone();
        wrong.replace_range(secret.len() - 1.., if secret.ends_with('0') { "1" } else { "0" });
        let elsewhere = secret.replace(&tenant(1).uuid().simple().to_string(), &tenant(2).uuid().simple().to_string());
        for bad in [&wrong, &elsewhere] {
            assert_eq!(door.get(bad, "/v1/customers").await.refusal(), (401, "TOKEN_INVALID".to_owned()));
        }

        let stranger = door.token_of(tenant(2), &["*"]);
        let (path, revoke) = (format!("/v1/apiKeys/{id}:revoke"), json!({"requestId": request_id()}));
        assert_eq!(door.post(&stranger, &path, &revoke).await.refusal(), (404, "RESOURCE_NOT_FOUND".to_owned()));
        let revoked = door.post(&token, &path, &revoke).await.json();
        assert_eq!(revoked["apiKey"]["revoked"], true);
        assert_eq!(door.post(&token, &path, &revoke).await.json(), revoked, "a retry");
        assert_eq!(door.get(&secret, "/v1/customers").await.refusal(), (401, "TOKEN_INVALID".to_owned()));
        let again = json!({"requestId": request_id()});
        assert_eq!(door.post(&token, &path, &again).await.refusal(), (400, "ILLEGAL_TRANSITION".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn a_retry_gets_the_same_secret_and_nobody_gives_away_what_they_have_not() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let token = door.token();
        let request = json!({"requestId": request_id(), "name": "ERP", "permissions": ["credit.customer.read"]});
        let first = door.post(&token, "/v1/apiKeys", &request).await.json();
        assert_eq!(door.post(&token, "/v1/apiKeys", &request).await.json(), first);
        let mut other = request.clone();
        other["name"] = json!("Other");
        assert_eq!(door.post(&token, "/v1/apiKeys", &other).await.refusal(), (400, "REQUEST_ID_REUSED".to_owned()));
        assert_eq!(door.store.rows("api_key").await, 1);

        let clerk = door.token_of(tenant(1), &["gateway.apikey.write", "credit.customer.*"]);
        for more in ["*", "credit.*", "credit.limit.approve", "gateway.*"] {
            assert_eq!(create(&door, &clerk, &[more]).await.refusal(), (403, "PERMISSION_MISSING".to_owned()), "{more}");
        }
        assert_eq!(create(&door, &clerk, &["credit.customer.*", "credit.customer.read"]).await.status, 200);
        assert_eq!(create(&door, &clerk, &[]).await.refusal(), (400, "FIELD_REQUIRED".to_owned()));
    })
    .await;
}
