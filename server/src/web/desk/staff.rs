//! *Staff*, and the page of one member.

use app::journey::desk::Page;
use app::journey::desk::staff::Row;
use backboard::refused::Refused;
use backboard::service::Declined;
use backboard::service::desk::staff::By;

use super::Asking;

pub async fn list(asking: &Asking<'_>) -> Result<Page, Declined> {
    Ok(Page::Staff(rows(asking).await?))
}

pub async fn member(asking: &Asking<'_>) -> Result<Page, Declined> {
    let number = asking.number();
    let found = rows(asking).await?.into_iter().find(|row| row.id == number);
    Ok(Page::Member(Box::new(found.ok_or(Refused::StaffGone)?)))
}

async fn rows(asking: &Asking<'_>) -> Result<Vec<Row>, Declined> {
    let actor = asking.actor()?;
    let members = asking.web.portal.staff_list(By::Staff(actor)).await?;
    let name_of = |id: i64| members.iter().find(|member| member.id == id).map(|member| member.name.clone());
    let rows = members.iter().map(|member| Row {
        id: member.id,
        email: member.email.as_str().to_owned(),
        name: member.name.clone(),
        role: member.role,
        state: member.state,
        may_show: member.may_show,
        asked_by: member.admin_asked_by.map(|asker| name_of(asker).unwrap_or_default()),
        asked_here: member.admin_asked_by == Some(actor.staff),
        own: member.id == actor.staff,
    });
    Ok(rows.collect())
}
